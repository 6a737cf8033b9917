// Discrete Fourier transforms of a power of two of points, by halves: X = E ± ω·O. The output is text: straight-line code on
// vectors.

/** A program in single-assignment form. A value is the name of a local, and whether its negative is meant. `undefined` is zero. */
export class Program {
  lines = [];

  /** @param factors returns the text of the vector that holds a positive constant */
  constructor(factors) {
    this.factors = factors;
  }

  keep(text) {
    const name = `t${this.lines.length}`;
    this.lines.push(`const ${name} = ${text};`);
    return {name, minus: false};
  }

  add(a, b) {
    if (!a || !b) return a ?? b;
    if (a.minus === b.minus) return {...this.keep(`f32x4.add(${a.name}, ${b.name})`), minus: a.minus};
    return a.minus ? this.sub(b, negative(a)) : this.sub(a, negative(b));
  }

  sub(a, b) {
    if (!a || !b) return a ?? negative(b);
    if (a.minus !== b.minus) return this.add(a, negative(b));
    return {...this.keep(`f32x4.sub(${a.name}, ${b.name})`), minus: a.minus};
  }

  times(factor, a) {
    if (!a) return undefined;
    const product = this.keep(`f32x4.mul(${this.factors(Math.abs(factor))}, ${a.name})`);
    return {...product, minus: a.minus !== factor < 0};
  }

  /** factor · a + sum */
  fused(factor, a, sum) {
    if (!a || !sum) return this.add(this.times(factor, a), sum);
    const minus = a.minus !== factor < 0;
    const name = minus === sum.minus ? 'madd' : 'nmadd';
    return {...this.keep(`${name}(${this.factors(Math.abs(factor))}, ${a.name}, ${sum.name})`), minus: sum.minus};
  }

  /** z · e^(2πi·exponent/n) */
  twiddle({re, im}, exponent, n) {
    const eighth = ((((8 * exponent) / n) % 8) + 8) % 8;
    if (eighth === 0) return {re, im};
    if (eighth === 2) return {re: negative(im), im: re};
    if (eighth === 4) return {re: negative(re), im: negative(im)};
    if (eighth === 6) return {re: im, im: negative(re)};
    const [c, s] = [Math.cos, Math.sin].map((of) => of((2 * Math.PI * exponent) / n));
    if (Number.isInteger(eighth)) {
      const [along, across] = [Math.sign(c), Math.sign(s)].map((sign) => (z) => (sign < 0 ? negative(z) : z));
      return {
        re: this.times(Math.SQRT1_2, this.sub(along(re), across(im))),
        im: this.times(Math.SQRT1_2, this.add(along(im), across(re))),
      };
    }
    return {re: this.fused(c, re, this.times(-s, im)), im: this.fused(c, im, this.times(s, re))};
  }

  plus(a, b) {
    return {re: this.add(a.re, b.re), im: this.add(a.im, b.im)};
  }

  minus(a, b) {
    return {re: this.sub(a.re, b.re), im: this.sub(a.im, b.im)};
  }

  /**
   * Σ_j x[j]·e^(sign·2πi·jk/n) for all k.
   * @param x functions that write the code to load each value
   * @param put receives each result as soon as it is ready, so that few results occupy registers
   */
  complex(x, sign, put) {
    const n = x.length;
    if (n === 1) return put(0, x[0]());
    const [even, odd] = [0, 1].map((first) => {
      const half = [];
      this.complex(
        x.filter((_, j) => j % 2 === first),
        sign,
        (k, value) => {
          half[k] = value;
        },
      );
      return half;
    });
    for (const [k, value] of even.entries()) {
      const other = this.twiddle(odd[k], sign * k, n);
      put(k, this.plus(value, other));
      put(k + n / 2, this.minus(value, other));
    }
  }

  /** The same for real x with sign −1, for 0 ≤ k ≤ n/2. The other results are the conjugates of these. */
  real(x, put) {
    const n = x.length;
    if (n === 1) return put(0, {re: x[0]()});
    const [even, odd] = [0, 1].map((first) => {
      const half = [];
      this.real(
        x.filter((_, j) => j % 2 === first),
        (k, value) => {
          half[k] = value;
        },
      );
      return half;
    });
    put(0, this.plus(even[0], odd[0]));
    put(n / 2, this.minus(even[0], odd[0]));
    for (let k = 1; k <= n / 4; k++) {
      const other = this.twiddle(odd[k], -k, n);
      put(k, this.plus(even[k], other));
      if (k < n / 4) put(n / 2 - k, conjugate(this.minus(even[k], other)));
    }
  }

  /** Σ_k X[k]·e^(2πi·jk/n), which is real, from X[k] for 0 ≤ k ≤ n/2. */
  toReal(X) {
    const n = 2 * (X.length - 1);
    if (n === 2) return [this.add(X[0].re, X[1].re), this.sub(X[0].re, X[1].re)];
    const [even, odd] = [[this.plus(X[0], X[n / 2])], [this.minus(X[0], X[n / 2])]];
    for (let k = 1; k < n / 4; k++) {
      const other = conjugate(X[n / 2 - k]);
      even[k] = this.plus(X[k], other);
      odd[k] = this.twiddle(this.minus(X[k], other), k, n);
    }
    const {re, im} = X[n / 4];
    even[n / 4] = {re: this.add(re, re)};
    odd[n / 4] = {re: negative(this.add(im, im))};
    const halves = [even, odd].map((half) => this.toReal(half));
    return Array.from({length: n}, (_, j) => halves[j % 2][j >> 1]);
  }
}

function negative(a) {
  return a && {...a, minus: !a.minus};
}

function conjugate({re, im}) {
  return {re, im: negative(im)};
}

/** The text of a value. */
export function text({name, minus}) {
  return minus ? `f32x4.neg(${name})` : name;
}
