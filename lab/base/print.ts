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

/** What a CI runner shows beside a change. Its command is ours; what stands in it is text. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

/** One annotation, as GitHub's runner takes it from the log. */
export function printAnnotation(stream: NodeJS.WritableStream, annotation: Annotation): void {
  const { level, title, message } = annotation
  const safe = (text: string) => escaped(printable(withoutSecrets(text, () => '[redacted]')))
  const property = safe(title).replaceAll(':', '%3A').replaceAll(',', '%2C')
  stream.write(`::${level} title=${property}::${safe(message)}\n`)
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
