import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {cacheChoice, cachedChoice, cachedChoices, resetChoices} from '../../src/plugin/planCache.js';

afterAll(() => resetChoices());

it('keeps the choices of a plan when the cache overflows', () => {
  const info = (height: number) => problemInfo(parseProblem(`ih${height}iw3ic1oc1kh1kw1`));
  cacheChoice('cpu', info(1), 'forward', 'planned');
  resetChoices({choices: cachedChoices()});
  for (let height = 2; height < 10_010; height++) cacheChoice('cpu', info(height), 'forward', 'own');
  expect(cachedChoice('cpu', info(1), 'forward')).toBe('planned');
  expect(cachedChoice('cpu', info(2), 'forward')).toBeUndefined();
  expect(Object.keys(cachedChoices()).length).toBeLessThan(100);
});
