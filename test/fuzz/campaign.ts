import fc from 'fast-check';
import type {FuzzCall} from './call.js';
import {calls} from './draw.js';
import {type FuzzHost, type FuzzVerdict, judge} from './judge.js';

/** A kind of fault, with the smallest call that shows it. */
export interface FuzzFinding {
  fault: string;
  call: FuzzCall;
  seed: number;
  path: string;
  /** How many calls showed it. */
  count: number;
}

export interface CampaignResult {
  seed: number;
  calls: number;
  kinds: Record<FuzzVerdict['kind'], number>;
  findings: FuzzFinding[];
}

export interface CampaignOptions {
  seed: number;
  calls: number;
  /** Replays one call: what fast-check prints as the path to it. */
  path?: string | undefined;
  /** Entries to draw from. */
  entries?: readonly string[] | undefined;
  onProgress?(done: number, findings: readonly FuzzFinding[]): void;
  onFinding?(finding: FuzzFinding): void;
}

/** Limits of shrinking one kind of fault; the time limit is for calls that hang. */
const maxTries = 150;
const longest = 60_000;

/** The kind of a fault: its message without numbers, names and quotations. */
export function kindOf(fault: string): string {
  return fault.replace(/\[[^\]]*\]|'[^']*'|"[^"]*"|-?\d[\d.e+-]*|NaN|-?Infinity/g, '#').slice(0, 120);
}

/** Draws calls and judges them. Of each kind of fault one is shrunk; the campaign goes on. */
export async function campaign(subject: FuzzHost, alone: FuzzHost, options: CampaignOptions): Promise<CampaignResult> {
  const kinds: CampaignResult['kinds'] = {
    ...{
      right: 0,
      'refused by convgrad': 0,
      'refused by tfjs': 0,
      'as tfjs alone': 0,
      'not judged': 0,
      'not tried': 0,
      fault: 0,
    },
  };
  const findings = new Map<string, FuzzFinding>();
  let done = 0;
  for (let round = 0; done < options.calls; round++) {
    const seed = options.seed + round;
    let failing: string | undefined; // the kind that is being shrunk
    let [tries, since] = [0, 0];
    const property = fc.asyncProperty(calls(options.entries), async (call) => {
      if (failing !== undefined && (tries++ > maxTries || performance.now() - since > longest)) return;
      const {kind, fault} = await judge(call, subject, alone);
      const known = fault === undefined ? undefined : `${call.entry}: ${kindOf(fault)}`;
      if (failing === undefined) {
        done++;
        kinds[kind]++;
        options.onProgress?.(done, [...findings.values()]);
        if (known === undefined) return;
        const finding = findings.get(known);
        if (finding) {
          finding.count++;
          return;
        }
        failing = known;
        since = performance.now();
      }
      // While shrinking, only the same kind counts.
      if (known === failing) throw new Error(fault);
    });
    const {failed, counterexample, counterexamplePath, errorInstance} = await fc.check(property, {
      ...{
        seed,
        numRuns: options.path === undefined ? options.calls - done : 1,
        endOnFailure: options.path !== undefined,
      },
      ...(options.path === undefined ? {} : {path: options.path}),
    });
    if (failed && failing === undefined) throw errorInstance;
    if (failed && failing !== undefined) {
      const fault = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
      const finding: FuzzFinding = {fault, call: counterexample![0], seed, path: counterexamplePath!, count: 1};
      findings.set(failing, finding);
      options.onFinding?.(finding);
    }
    if (options.path !== undefined) break;
  }
  return {seed: options.seed, calls: done, kinds, findings: [...findings.values()]};
}
