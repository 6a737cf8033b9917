import {readFileSync} from 'node:fs';
import type {DigestHost} from './hosts.js';
import {type Hashes, hashOf} from './subject.js';

/** Hashes by problem, by algorithm, by backend. */
export type Digest = Record<string, Record<string, Record<string, Hashes>>>;

/** The problems, which stay the same so that two commits can be compared. */
export function problemsOf(file: URL): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

/** Hashes what every algorithm of a backend computes. */
export async function digestOf(
  host: DigestHost,
  backend: string,
  problems: readonly string[],
  onProgress: (done: number) => void = () => {},
): Promise<Digest[string]> {
  const algorithms = await host.prepare(backend);
  const digest: Digest[string] = Object.fromEntries(algorithms.map((name) => [name, {}]));
  for (const [done, problem] of problems.entries()) {
    for (const algorithm of algorithms) {
      const hashes = await host.hashesOf(algorithm, problem);
      if (Object.keys(hashes).length > 0) digest[algorithm]![problem] = hashes;
    }
    onProgress(done + 1);
  }
  return digest;
}

/** One hash for each algorithm and result, e.g. `cpu direct dx: 3fa0… of 500 problems`. */
export function summaryOf(backend: string, digest: Digest[string]): string[] {
  return Object.entries(digest).flatMap(([algorithm, byProblem]) => {
    const results = Object.values(byProblem);
    const names = [...new Set(results.flatMap(Object.keys))];
    return names.map((name) => {
      const hashes = results.flatMap((one) => one[name] ?? []);
      return `${backend} ${algorithm} ${name}: ${combined(hashes)} of ${hashes.length} problems`;
    });
  });
}

/**
 * Where two digests differ, one line for each algorithm and result.
 *
 * @param renamed the new names of algorithms by the old ones
 */
export function differencesOf(before: Digest, after: Digest, renamed: Readonly<Record<string, string>>): string[] {
  const lines: string[] = [];
  for (const [backend, algorithms] of Object.entries(after)) {
    const old = Object.entries(before[backend] ?? {}).map(([name, one]) => [renamed[name] ?? name, one] as const);
    const known = new Map(old);
    if (known.size === 0) lines.push(`${backend}: not in the digest to compare with`);
    for (const name of known.keys()) if (!(name in algorithms)) lines.push(`${backend} ${name}: gone`);
    for (const [name, byProblem] of Object.entries(algorithms)) {
      const theirs = known.get(name);
      if (!theirs) lines.push(`${backend} ${name}: new`);
      else lines.push(...compared(theirs, byProblem).map((line) => `${backend} ${name} ${line}`));
    }
  }
  return lines;
}

function compared(before: Record<string, Hashes>, after: Record<string, Hashes>): string[] {
  const differing = new Map<string, string[]>();
  for (const problem of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[problem] ?? {}, after[problem] ?? {}];
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (old[name] !== now[name]) differing.set(name, [...(differing.get(name) ?? []), problem]);
    }
  }
  return [...differing].map(([name, all]) => `${name}: ${all.length} problems differ, the first is ${all[0]}`);
}

function combined(hashes: readonly string[]): string {
  const words = hashes.flatMap((hash) => [hash.slice(0, 8), hash.slice(8)]).map((half) => Number.parseInt(half, 16));
  return hashOf(Uint32Array.from(words));
}
