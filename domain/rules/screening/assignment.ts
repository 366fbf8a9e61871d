/**
 * The one-to-one assignment of rows to columns with the least total cost (Hungarian method with potentials, O(rows² · columns)).
 * `cost` is row-major, rows <= columns. Returns the column of each row.
 */
export function assign(cost: Float64Array, rows: number, columns: number): Int32Array {
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOfColumn = new Int32Array(columns + 1);
  const previous = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    rowOfColumn[0] = row;
    const least = new Float64Array(columns + 1).fill(Infinity);
    const used = new Uint8Array(columns + 1);
    let column = 0;
    do {
      used[column] = 1;
      const at = rowOfColumn[column]!;
      let delta = Infinity;
      let next = 0;
      for (let j = 1; j <= columns; j++) {
        if (used[j]) continue;
        const reduced = cost[(at - 1) * columns + j - 1]! - rowPotential[at]! - columnPotential[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          previous[j] = column;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (used[j]) {
          rowPotential[rowOfColumn[j]!]! += delta;
          columnPotential[j]! -= delta;
        } else least[j]! -= delta;
      }
      column = next;
    } while (rowOfColumn[column] !== 0);
    do {
      const from = previous[column]!;
      rowOfColumn[column] = rowOfColumn[from]!;
      column = from;
    } while (column !== 0);
  }
  const columnOfRow = new Int32Array(rows);
  for (let j = 1; j <= columns; j++) if (rowOfColumn[j]! > 0) columnOfRow[rowOfColumn[j]! - 1] = j - 1;
  return columnOfRow;
}
