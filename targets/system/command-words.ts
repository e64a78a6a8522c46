/** What a command line does that only a shell can: pipes, variables, several commands. */
const needsShell = /[|&;<>()$`\\\n*?#~]|^\s*[A-Za-z_]\w*=/

/**
 * A command line as a program and its arguments; quotes keep words together. One that needs a shell
 * is given to `sh`, which is replaced by the command where it can be: signals shall reach it.
 * @throws {RangeError} for one without a word, or with a quote that is never closed.
 */
export function commandWords(line: string): readonly [string, ...string[]] {
  if (needsShell.test(line)) {
    const isOne = !/[|&;()\n]/.test(line) && !/^\s*[A-Za-z_]\w*=/.test(line)
    return ['sh', '-c', isOne ? `exec ${line}` : line]
  }
  const words = [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double),
  )
  const [first, ...others] = words
  const rest = line.replace(/'[^']*'|"[^"]*"/g, '')
  if (first === undefined || /['"]/.test(rest)) {
    const why = first === undefined ? '' : ', in which a quote is never closed'
    throw new RangeError(
      `Expected a command such as 'node server.js', found ${JSON.stringify(line)}${why}.`,
    )
  }
  return [first, ...others]
}
