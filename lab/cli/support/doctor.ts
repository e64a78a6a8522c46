import { arch, availableParallelism, platform, release, totalmem, userInfo } from 'node:os'
import { styleText } from 'node:util'
import { examineMeans, type Means } from '../../admission/means.ts'
import { messageOf } from '../../base/errors.ts'
import { printable } from '../../base/printable.ts'

/** How the doctor looks for one kind of server: only looks, and downloads nothing. */
export interface ServerProbe {
  readonly name: string
  /** Undefined when it is not on this machine yet. */
  find(): Promise<{ readonly version: string; readonly from: string } | undefined>
  /** What then happens on first use, or what to do. */
  readonly otherwise: string
}

export interface DoctorOptions {
  readonly probes: readonly ServerProbe[]
  readonly print: (line: string) => void
}

/** `pnpm lab doctor`: what this machine can do, and why it cannot do the rest. */
export async function doctor({ probes, print }: DoctorOptions): Promise<void> {
  print(heading('This machine'))
  for (const [name, value] of machine()) print(printable(`  ${name.padEnd(10)} ${value}`))
  print('')
  print(heading('Servers'))
  const servers = await Promise.all(probes.map(probe => tellServer(probe)))
  for (const line of servers) print(line)
  print('')
  print(heading('Faults, by what they need'))
  for (const means of await examineMeans()) print(tellMeans(means))
}

function machine(): readonly (readonly [string, string])[] {
  const memory = `${(totalmem() / 1024 ** 3).toFixed()} GB`
  return [
    ['system', `${platform()} ${release()} ${arch()}`],
    ['size', `${availableParallelism()} cores, ${memory}`],
    ['node', process.version],
    ['user', `${userInfo().username} (uid ${userInfo().uid})`],
  ]
}

async function tellServer({ name, find, otherwise }: ServerProbe): Promise<string> {
  try {
    const found = await find()
    if (found) return yes(name, [found.version, `from ${found.from}`].filter(Boolean).join(', '))
    return maybe(name, `not here yet: ${otherwise}`)
  } catch (error) {
    const reason = messageOf(error)
    return no(name, reason.replaceAll('\n', `\n${' '.repeat(31)}`))
  }
}

function tellMeans(means: Means): string {
  const what = means.faults
  if (!means.able) return no(means.name, `${what}\n${' '.repeat(31)}not here: ${means.why}`)
  return yes(means.name, means.detail === '' ? what : `${what} (${means.detail})`)
}

function heading(text: string): string {
  return styleText('bold', text)
}

function yes(name: string, rest: string): string {
  return `  ${styleText('green', '✓')} ${printable(`${name.padEnd(26)} ${rest}`)}`
}

function maybe(name: string, rest: string): string {
  return `  ${styleText('yellow', '·')} ${printable(`${name.padEnd(26)} ${rest}`)}`
}

function no(name: string, rest: string): string {
  return `  ${styleText('red', '✗')} ${printable(`${name.padEnd(26)} ${rest}`)}`
}
