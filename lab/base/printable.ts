/** C0 but tab and line feed, DEL, C1; marks that turn the direction of text; other line ends; BOM. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g
/** What a CI runner obeys: `::set-env …` at the beginning of a line, `##[command]` anywhere. */
const lineCommand = /^([^\S\n]*):(?=:)/gm
const inlineCommand = /#(?=#[a-z]*\[)/gi

/**
 * Text from anywhere, fit for a terminal and for the log of a CI job: it can neither steer the one nor
 * command the other. What cannot be shown is a dot; lines stay lines.
 */
export function printable(text: string): string {
  return withoutCommands(text.toWellFormed().replace(/\r\n/g, '\n').replace(unprintable, '·'))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
const style = /(\u001b\[[\d;]*m)/

/** The same for text that we have styled ourselves, from pieces that are printable already. */
export function printableStyled(text: string): string {
  const pieces = text.toWellFormed().split(style)
  return withoutCommands(
    pieces.map((piece, i) => (i % 2 === 1 ? piece : piece.replace(unprintable, '·'))).join(''),
  )
}

/** A value as JSON that says the same to a parser, and nothing to a terminal or a CI runner. */
export function printableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent)
  return json.replace(unprintable, escaped).replace(inlineCommand, escaped)
}

function withoutCommands(text: string): string {
  return text.replace(lineCommand, '$1: ').replace(inlineCommand, '# ')
}

function escaped(character: string): string {
  // Between the strings of indented JSON there are line feeds, and no other such character.
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
