const range = (length) => Array.from({length}, (_, i) => i);

/** Joins the lines for 0..length. */
export const join = (length, line, separator = '\n') => range(length).map(line).join(separator);
