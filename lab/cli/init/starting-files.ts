import type { Project } from './look-at-project.ts'

/** Each file to begin with, by its path in the project. */
export function startingFiles(project: Project): Readonly<Record<string, string>> {
  return {
    'resilience.config.ts': config,
    'resilience/target.ts': target(project),
    'resilience/experiments/slow-dependency.ts': slow(project),
    'resilience/experiments/instance-killed.ts': killed,
    'resilience/resilience.test.ts': vitest,
    '.github/workflows/resilience.yml': workflow,
  }
}

const config = `/** Where resilience-lab finds what it runs. */
export default {
  experiments: 'resilience/experiments',
}
`

function target(project: Project): string {
  const { name, command, migrate, postgres, redis, upstreams, health } = project
  const imports = [
    ...[health && 'http', postgres && 'postgres', redis && 'redis', 'service', 'system'],
    ...[!health && 'tcp', upstreams.length > 0 && 'upstream'],
  ]
  const parts = [
    postgres && `  postgres: postgres(${migrate ? `{ migrate: ${quoted(migrate)} }` : ''}),`,
    redis && '  redis: redis(),',
    ...upstreams.map(one => {
      return `  ${one.name}: upstream(() => ({ body: {} })), // what it answers; or { openapi: './${one.name}.yaml' }`
    }),
  ]
  const names = [postgres && 'postgres', redis && 'redis', ...upstreams.map(one => one.name)]
  const parted = names.filter(part => part !== undefined)
  const given = [...parted, 'port'].join(', ')
  const env = [
    postgres && `      ${postgres}: postgres.url,`,
    redis && `      ${redis}: redis.url,`,
    ...upstreams.map(one => `      ${one.variable}: ${one.name}.url,`),
    '      PORT: port,',
  ]
  return `import { httpTraffic } from 'resilience-lab'
import { ${imports.filter(Boolean).join(', ')} } from 'resilience-lab/targets'

/** The service and its servers, as ${name} is started. Every URL in \`env\` leads through the proxy. */
export const target = system({
${lines(parts)}  api: service${parted.length > 0 ? `<${parted.map(quoted).join(' | ')}>` : ''}({
    command: ${quoted(command)},
    instances: 2,
    ready: ${health ? `http(${quoted(health)}), // answers 2xx once it does its work` : "tcp(), // better: http('/health'), a path that answers 2xx once it does its work"}
    env: ({ ${given} }) => ({
${lines(env)}    }),
  }),
})

/**
 * What people ask of it. Replace it by a request that uses the servers above, else a fault on them touches
 * nothing; best by one that writes, with a \`key\`, and \`readBack\` of what was written.
 */
export const traffic = httpTraffic({
  perSecond: 20,
  request: () => ({ path: ${quoted(health ?? '/')} }),
})
`
}

function slow({ postgres, redis }: Project): string {
  const [consumer, provider] = [
    postgres || redis ? 'api' : 'client',
    postgres ? 'postgres' : redis ? 'redis' : 'api',
  ]
  return experiment({
    imports: 'latency',
    title: `A slow line from ${consumer} to ${provider} is survived`,
    because: 'A dependency is slow far more often than it is gone.',
    strike: `at('1s', latency(target.links('${consumer}', '${provider}'), '300ms'), { for: '5s' })`,
  })
}

const killed = experiment({
  imports: 'restart',
  title: 'A restart of one instance is survived by the other',
  because: 'Each deployment does so to every instance.',
  strike: `at('1s', restart(target.api.instance(1)))`,
})

function experiment(told: {
  readonly imports: string
  readonly title: string
  readonly because: string
  readonly strike: string
}): string {
  return `import { at, atMost, errorRatio, experiment, hypothesis, longestOutage, noCrashes } from 'resilience-lab'
import { ${told.imports} } from 'resilience-lab/faults'
import { target, traffic } from '../target.ts'

export default experiment({
  title: '${told.title}',
  because: '${told.because}',
  target,
  steadyState: [hypothesis('nearly all requests are answered', errorRatio(traffic), atMost(0.01))],
  workloads: [traffic],
  schedule: [${told.strike}],
  abortWhen: [errorRatio(traffic).above(0.9).for('10s')],
  checks: { outage: longestOutage(traffic, { atMost: '3s' }), alive: noCrashes() },
  defences: [],
})
`
}

const vitest = `import { demandHeld, runExperiment } from 'resilience-lab/vitest'
import { test } from 'vitest'

/** Each passes only when the experiment is held. */
test.for(['slow-dependency', 'instance-killed'])('%s', { timeout: 300_000 }, async name => {
  demandHeld(await runExperiment(name))
})
`

const workflow = `name: resilience
on: [pull_request, workflow_dispatch]
permissions: { contents: read }
jobs:
  resilience:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with: { node-version: 24 }
      - run: npm ci
      - run: npx resilience-lab experiment slow-dependency
      - run: npx resilience-lab experiment instance-killed
      - uses: actions/upload-artifact@v5
        if: always()
        with: { name: runs, path: runs/, if-no-files-found: ignore }
`

function lines(each: readonly (string | undefined)[]): string {
  return each.flatMap(line => (line ? [`${line}\n`] : [])).join('')
}

/** As in TypeScript. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
