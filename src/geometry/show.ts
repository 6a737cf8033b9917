/** Formats any value for an error message, as it would be written in code. Long values are cut. Never throws. */
export function show(value: unknown): string {
  try {
    const text = written(value, 0);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  } catch {
    return 'a strange object'; // reading it throws
  }
}

function written(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return 'a function';
    case 'object': {
      if (value === null) return 'null';
      if (depth > 3) return '…';
      if (Array.isArray(value)) return `[${value.map((item) => written(item, depth + 1)).join(',')}]`;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null)
        return `a ${value.constructor?.name || 'strange object'}`;
      return `{${Object.entries(value)
        .map(([key, item]) => `${key}: ${written(item, depth + 1)}`)
        .join(', ')}}`;
    }
    default:
      return String(value);
  }
}
