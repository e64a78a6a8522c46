/** Why a process ended, in words, and the lines of its log that show it. */
export interface CauseOfEnd {
  readonly words: string
  readonly lines: readonly string[]
}

/** As runtimes write of it, the plainest first; what they do not say is not guessed. */
const causes: readonly (readonly [sign: RegExp, words: string])[] = [
  [/heap out of memory|MemoryError|OutOfMemoryError/i, 'its memory was full'],
  [/EADDRINUSE/, 'its port was taken'],
  [/Unhandled 'error' event/, "an 'error' event that nobody listened to"],
  [
    /ERR_UNHANDLED_REJECTION|unhandled ?(promise)? ?rejection|rejecting a promise which was not handled|triggerUncaughtException\([^)]*true/i,
    'a promise that was rejected and that nobody caught',
  ],
  [/^panic: /, 'a panic'],
  [
    /^Traceback \(most recent call last\)|^Exception in thread|^\w*(Error|Exception)\b/,
    'an error that nobody caught',
  ],
]
/** The line of the error itself, as Node, Python, Go and the JVM name it. */
export const errorLine =
  /^(?:Exception in thread "[^"]*" )?((?:[\w.]*\.)?\w*(?:Error|Exception)\b(?: \[\w+\])?(?::|$).*|panic: .*|FATAL ERROR: .*)/
const mostLines = 6

/** Read from the end of its log. Undefined where the log says nothing of an error. */
export function causeOfEnd(log: string): CauseOfEnd | undefined {
  // An end before this one may stand above: of this one is what comes after Node's last word on that.
  const own = log.split(/^Node\.js v.*\n(?=[\s\S]*\S)/m).at(-1) ?? log
  const lines = own.split('\n').map(line => line.trimEnd())
  const [, words] = causes.find(([sign]) => lines.some(line => sign.test(line.trim()))) ?? []
  const at = lines.findLastIndex(line => errorLine.test(line.trim()))
  const error =
    errorLine.exec(lines[at]?.trim() ?? '')?.[1] ??
    /rejected with the reason (".*?")/.exec(own)?.[1] ??
    lines.findLast(line => /^ *code: /.test(line))?.trim()
  if (words === undefined && error === undefined) return undefined
  const said = words ?? 'an error'
  return {
    words: error === undefined ? said : `${said}: ${error.slice(0, 200)}`,
    lines: lines
      .slice(Math.max(0, at))
      .filter(line => line !== '')
      .slice(0, mostLines),
  }
}
