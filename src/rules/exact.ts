import type {Rule} from './rule.js';

/** The gradient itself, bit for bit. It replaces nothing, and is what other rules are compared with. */
export const exact: Rule = {
  name: 'exact',
  title: 'The gradient',
  source: 'https://arxiv.org/abs/1603.07285',
  isUnbiased: true,
};
