/** `import 'tfjs-convgrad/register'` installs convgrad with its defaults. */
import {install} from './plugin/install.js';

install();
