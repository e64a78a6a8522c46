/** Rows of text in columns as wide as their widest cell; the last column may be as long as it likes. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  }
  return rows
    .map(row => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .map(line => line.trimEnd())
    .join('\n')
}
