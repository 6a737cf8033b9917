/**
 * The small matrices of F(m×m, 3×3) by their role: y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A. By transposition, dg = Gᵀ[(Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]G
 * with the same three. For m = 2, G consists of halves and the others of 0 and ±1, so whole numbers stay exact. Source:
 * https://arxiv.org/abs/1509.09308
 */
function winograd(m, BT, G, AT) {
  const transpose = (rows) => rows[0].map((_, j) => rows.map((row) => row[j]));
  return {
    [`inputTiles${m}`]: BT,
    [`filterTiles${m}`]: G,
    [`outputTiles${m}`]: AT,
    [`errorTiles${m}`]: transpose(AT),
    [`gradientTiles${m}`]: transpose(G),
  };
}

/** Points 0, 1, −1, ∞. */
export const two = winograd(
  2,
  [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
);

/** Points 0, 1, −1, 2, −2, ∞. */
const four = winograd(
  4,
  [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
);

export const matrices = {...two, ...four};
