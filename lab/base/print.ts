import { printable, printableJson, printableStyled } from './printable.ts'
import { withoutSecrets } from './secrets.ts'

/** All that the lab says to people goes through here: nothing else writes to a terminal. */
export function print(stream: NodeJS.WritableStream, text: string): void {
  printPart(stream, `${text}\n`)
}

/** The beginning of a line that is continued later. */
export function printPart(stream: NodeJS.WritableStream, text: string): void {
  stream.write(printable(withoutSecrets(text, () => '[redacted]')))
}

/** Lines that we have styled ourselves. */
export function printStyled(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${printableStyled(withoutSecrets(text, () => '[redacted]'))}\n`)
}

/** For programs: a parser reads the same value. */
export function printJson(stream: NodeJS.WritableStream, value: unknown): void {
  stream.write(`${printableJson(value, 2)}\n`)
}
