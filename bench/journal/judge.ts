import { join } from 'node:path'
import { readJournal } from '../../lab/journal/read-journal.ts'
import type { Experiment } from '../../lab/model/experiment.ts'
import { loadExperiment } from '../../lab/model/load-experiment.ts'
import { writeReport } from '../../lab/report/html/html.ts'
import { judge, writeVerdict } from '../../lab/verdict/judge.ts'

/**
 * `node judge.ts FOLDER`: judges a saved run as `lab judge` does; prints what each part took
 * of the processor (all threads), and how long all of it took by the clock.
 */
const [folder = ''] = process.argv.slice(2)
const seconds: Record<string, number> = { read: 0, check: 0, lie: 0, report: 0 }

const experiment = withWatch(await loadExperiment(process.cwd(), 'redis-failover'))
const journal = await timed('read', () => readJournal(join(folder, 'journal.jsonl')))
const startedAt = spent()
const conclusion = judge(journal, experiment)
// Without the checks and their lies: facts, demands, the verdict.
const conclude = spent() - startedAt - (seconds.check ?? 0) - (seconds.lie ?? 0)
await writeVerdict(folder, conclusion)
await timed('report', () => writeReport(folder, undefined, journal))
const { maxRSS } = process.resourceUsage()
const figures = { ...seconds, conclude, all: spent() }
const byTheClock = performance.now() / 1_000
console.log(
  JSON.stringify({
    entries: journal.length,
    verdict: conclusion.verdict,
    seconds: figures,
    byTheClock,
    peakMb: maxRSS / 1_024,
  }),
)

/** The checks, telling what they take: of the true journal, and of those with lies. */
function withWatch(plan: Experiment): Pick<Experiment, 'checks'> {
  const checks = Object.entries(plan.checks).map(([name, checker]) => {
    const { check, lies, partsOf } = checker
    const watched = {
      ...checker,
      check: (one: typeof journal) => clocked(one === journal ? 'check' : 'lie', () => check(one)),
      ...(partsOf && {
        partsOf: (...given: Parameters<typeof partsOf>) => clocked('lie', () => partsOf(...given)),
      }),
      lies: lies.map(lie => ({
        ...lie,
        tell: (...given: Parameters<typeof lie.tell>) => clocked('lie', () => lie.tell(...given)),
      })),
    }
    return [name, watched] as const
  })
  return { checks: Object.fromEntries(checks) }
}

function clocked<T>(part: string, work: () => T): T {
  const before = spent()
  const result = work()
  seconds[part] = (seconds[part] ?? 0) + spent() - before
  return result
}

async function timed<T>(part: string, work: () => Promise<T>): Promise<T> {
  const before = spent()
  const result = await work()
  seconds[part] = (seconds[part] ?? 0) + spent() - before
  return result
}

/** Of the processor, so far. */
function spent(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
