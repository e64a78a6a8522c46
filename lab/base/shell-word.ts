import { printable } from './printable.ts'

/** As one word for any POSIX shell, fit to be copied from a terminal. */
export function shellWord(word: string): string {
  const shown = printable(word).replaceAll('\n', '·')
  return /^[\w./:@%+=-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
}
