import { createLogUpdate } from 'log-update'
import { type Clock, systemClock } from '../../base/clock.ts'
import { print, printStyled } from '../../base/print.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { verdictBlock } from '../verdict-block.ts'
import { frame, type LivePlan } from './live-frame.ts'
import { LiveState } from './live-state.ts'
import { PlainLines } from './plain-lines.ts'

export interface LiveOptions {
  readonly stdout: NodeJS.WritableStream & { readonly columns?: number }
  /** False draws nothing and writes plain lines; so does an environment that says it is CI. */
  readonly isTTY: boolean
  readonly plan: LivePlan
  readonly clock?: Clock
  readonly env?: NodeJS.ProcessEnv
}

/** Shows a run while it goes on. Disposing it gives the terminal back, whatever happened. */
export interface LiveView extends Disposable {
  onEntry(entry: Entry): void
  /** A word on what takes its time (`downloading Redis …`), until the next phase. */
  progress(message: string): void
  finish(conclusion: Conclusion, runFolder: string): void
}

export function liveView(options: LiveOptions): LiveView {
  const env = options.env ?? process.env
  const drawn = options.isTTY && !env.CI && env.TERM !== 'dumb'
  return drawn ? drawnView(options, env) : plainView(options)
}

function plainView({ stdout }: LiveOptions): LiveView {
  const lines = new PlainLines()
  const write = (text: string) => print(stdout, text)
  return {
    onEntry: entry => {
      for (const text of lines.take(entry)) write(text)
    },
    progress: write,
    finish: (conclusion, runFolder) => write(verdictBlock(conclusion, runFolder, false)),
    [Symbol.dispose]: () => {},
  }
}

const redrawMs = 120

function drawnView(options: LiveOptions, env: NodeJS.ProcessEnv): LiveView {
  const { stdout, plan } = options
  const clock = options.clock ?? systemClock
  const colors = !env.NO_COLOR
  const screen = createLogUpdate(stdout)
  const state = new LiveState()
  const closed = new AbortController()
  const startedMs = clock.nowMs()
  let lastEntry = { atMs: 0, takenMs: startedMs }
  const draw = () => {
    const nowMs = lastEntry.atMs + clock.nowMs() - lastEntry.takenMs
    const width = Math.max(20, (stdout.columns ?? 80) - 1)
    screen(frame(plan, state, nowMs, { width, colors }))
  }
  void redraw(draw, clock, closed.signal)
  const close = () => {
    if (closed.signal.aborted) return
    closed.abort()
    screen.done()
  }
  return {
    onEntry: entry => {
      lastEntry = { atMs: entry.atMs, takenMs: clock.nowMs() }
      state.take(entry)
    },
    progress: message => {
      state.word = message
    },
    finish: (conclusion, runFolder) => {
      draw()
      close()
      printStyled(stdout, verdictBlock(conclusion, runFolder, colors))
    },
    [Symbol.dispose]: close,
  }
}

async function redraw(draw: () => void, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    draw()
    await clock.sleep(redrawMs, signal).catch(() => {})
  }
}
