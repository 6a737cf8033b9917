import {ConvgradError} from '../geometry/error.js';
import type {RuleInUse} from './ruleInUse.js';

/** Which rule serves which layers. */
export class LayerRules {
  private readonly met = new Set<string>();
  private readonly matched = new Set<string>();
  private readonly patterns: {key: string; pattern: RegExp; rule: RuleInUse | undefined}[];

  /**
   * @param rules by the name of a layer, its path, or a pattern with `*` and `?`; undefined leaves a layer its gradient. A key
   * without wildcards comes before patterns, and patterns come in their order.
   */
  constructor(rules: ReadonlyMap<string, RuleInUse | undefined>) {
    const isPattern = (key: string) => /[*?]/.test(key);
    this.patterns = [...rules]
      .map(([key, rule]) => ({key, pattern: patternOf(key), rule}))
      .sort((a, b) => Number(isPattern(a.key)) - Number(isPattern(b.key)));
  }

  /** The rule of the first key that matches one of a layer's names, the first of which is its full one. */
  find(names: readonly string[]): RuleInUse | undefined {
    this.met.add(names[0]);
    const found = this.match(names);
    if (found) this.matched.add(found.key);
    return found?.rule;
  }

  /** Like `find`, for an op without weights, which is not what keys are for. */
  findBeside(names: readonly string[]): RuleInUse | undefined {
    return this.match(names)?.rule;
  }

  private match(names: readonly string[]) {
    return this.patterns.find(({pattern}) => names.some((name) => pattern.test(name)));
  }

  /** @throws ConvgradError if layers ran, and a key matched none of them */
  refuseUnmatched(): void {
    const unmatched = this.patterns.find(({key}) => !this.matched.has(key));
    if (!unmatched || this.met.size === 0) return;
    throw new ConvgradError(
      'withRule',
      `no layer that a gradient passed through matches '${unmatched.key}'; there were ${[...this.met].join(', ')}.`,
    );
  }
}

/** The names that a key matches. */
export function patternOf(key: string): RegExp {
  const escaped = key.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
}
