import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { ActiveAlert } from '../lab/journal/journal.ts'
import type { AlertSource } from '../lab/model/alerts.ts'
import { findServer } from './runtime/find-server.ts'
import { prometheusServer } from './runtime/prometheus-server.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { runTool } from './runtime/run-tool.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'

export interface ScrapeJob {
  readonly job: string
  /** `127.0.0.1:9090`, whose `/metrics` is read; by a name of its own, where it is one of several. */
  readonly targets: readonly (string | { readonly address: string; readonly instance: string })[]
}

export interface PrometheusOptions {
  readonly scrape: readonly ScrapeJob[]
  /** Default 1000. */
  readonly scrapeEveryMs?: number
  /** Files with alert and recording rules. */
  readonly ruleFiles?: readonly string[]
}

/** A sample of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Prometheus extends ServerPart, AlertSource {
  readonly url: string
  /** PromQL, as of now. */
  query(expression: string): Promise<readonly Sample[]>
}

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.coerce.number()]),
      }),
    ),
  }),
})

/** @throws {LabError} when there is no Prometheus for this machine, or it refuses what it is given. */
export async function startPrometheus(
  context: ServerContext,
  { scrape, scrapeEveryMs = 1_000, ruleFiles = [] }: PrometheusOptions,
): Promise<Prometheus> {
  const { command, env } = await findServer(prometheusServer, { progress: context.progress })
  const folder = join(context.scratchFolder, 'prometheus')
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'prometheus.json')
  const every = `${scrapeEveryMs}ms`
  const config = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: ruleFiles,
    scrape_configs: scrape.map(({ job, targets }) => ({
      job_name: job,
      // Who says of itself which instance it is knows better.
      honor_labels: true,
      static_configs: targets.map(target =>
        typeof target === 'string'
          ? { targets: [target] }
          : { targets: [target.address], labels: { instance: target.instance } },
      ),
    })),
  }
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(config, undefined, 2))
  const { port, release } = await reservePort()
  const url = `http://127.0.0.1:${port}`
  const logFile = join(context.runFolder, 'prometheus.log')
  await release()
  const process = await context.guardian.spawn({
    name: 'prometheus',
    command,
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env,
    logFile,
  })
  const part = new ServerPart(context, process, { port, logFile }, async () => {
    const ready = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) })
    if (!ready.ok) throw new Error(`it answers ${ready.status}`)
  })
  await part.ready()
  return Object.assign(part, {
    url,
    query: (expression: string) => query(url, expression),
    read: (signal: AbortSignal) => activeAlerts(url, signal),
  })
}

async function query(url: string, expression: string): Promise<readonly Sample[]> {
  const asked = new URL(`/api/v1/query?${new URLSearchParams({ query: expression })}`, url)
  const found = await fetch(asked, { signal: AbortSignal.timeout(5_000) })
  const text = await found.text()
  if (!found.ok) throw new Error(`Prometheus answers ${found.status} to ${expression}: ${text}`)
  const { data } = answer.parse(JSON.parse(text))
  return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value }))
}

const alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({ labels: z.record(z.string(), z.string()), state: z.enum(['pending', 'firing']) }),
    ),
  }),
})

async function activeAlerts(url: string, signal: AbortSignal): Promise<readonly ActiveAlert[]> {
  const found = await fetch(new URL('/api/v1/alerts', url), { signal })
  if (!found.ok) throw new Error(`Prometheus answers ${found.status} when asked for its alerts`)
  return alerts.parse(await found.json()).data.alerts.map(({ state, labels }) => {
    const { alertname: name = '', ...rest } = labels
    return { name, state, labels: rest }
  })
}

/**
 * Runs promtool, which stands beside Prometheus: `['test', 'rules', 'alerts.test.yml']`.
 * @throws {Error} with its words when it is not content.
 */
export async function promtool(
  args: readonly string[],
  options: { readonly progress?: (message: string) => void } = {},
): Promise<string> {
  const { command, env } = await findServer(prometheusServer, options)
  return runTool(join(dirname(command), 'promtool'), args, { env })
}
