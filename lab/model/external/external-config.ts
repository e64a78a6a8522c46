import { z } from 'zod'

const text = z.string().min(1)
const address = z
  .string()
  .regex(/^(\[[\da-f:.]+\]|[^\s:/]+):\d{1,5}$/i, 'expected HOST:PORT, as 127.0.0.1:6379')
const command = text

/** How a process is ended and started. What is left out cannot be done, and is refused. */
const processShape = z
  .strictObject({
    /** A container, by its name or its labels, on the engine that `DOCKER_HOST` names. */
    container: z.union([text, z.record(text, z.string())]).optional(),
    /** A file with the pid of a process of this machine, written anew by each start. */
    pidFile: text.optional(),
    /** Commands of a shell, begun in the file's folder. Each returns; what it starts stays. */
    start: command.optional(),
    kill: command.optional(),
    stop: command.optional(),
    pause: command.optional(),
    resume: command.optional(),
    /** Ends with 0 while the process runs; without it that is not watched. */
    running: command.optional(),
  })
  .check(({ value, issues }) => {
    const { container, pidFile, kill, stop, pause, resume, start } = value
    const commands = [kill, stop, pause, resume].some(one => one !== undefined)
    const ways = [container !== undefined, pidFile !== undefined, commands].filter(Boolean).length
    const wrong = (message: string) => issues.push({ code: 'custom', message, input: value })
    if (ways !== 1) wrong('expected one of container, pidFile, or commands (kill, stop, …)')
    if (commands && (kill === undefined) !== (start === undefined))
      wrong('expected kill and start together: what is ended must come back')
    if (stop !== undefined && start === undefined) wrong('expected start beside stop')
    if ((pause === undefined) !== (resume === undefined))
      wrong('expected pause and resume together: what is frozen must go on')
  })

const partShape = z.strictObject({
  /** Where it is itself, past any link. */
  url: z.url().optional(),
  /** Of a process with several listeners, by their names. */
  urls: z.record(text, z.url()).optional(),
  /** The address by which its peers know it, where that is another (Redis behind Sentinels). */
  announced: address.optional(),
  process: processShape.optional(),
  /** A file that it writes its log to; a container's is read from the engine. */
  log: text.optional(),
  /** In Prometheus' format. */
  metrics: z.url().optional(),
})

const linkShape = z.strictObject({
  /** Default: what stands before and behind the `>` of its name. */
  from: text.optional(),
  to: text.optional(),
  /** Default: as the proxy says it. */
  protocol: z.enum(['postgres', 'redis', 'http', 'websocket', 'tcp']).optional(),
  /** Where this machine reaches it, if not where the proxy says that it listens. */
  at: address.optional(),
})

const externalShape = z.strictObject({
  /** Our own proxies, which tap every link; `toxiproxy` is the API of an original behind one. */
  proxies: z
    .array(
      z.strictObject({
        url: z.url(),
        token: text.optional(),
        toxiproxy: z.url().optional(),
      }),
    )
    .min(1),
  /** By the name of their proxy; default: every proxy that is called `consumer>provider`. */
  links: z.record(text, linkShape).optional(),
  parts: z.record(text, partShape).default({}),
  /** Names of parts and links; `*` stands for any letters: `redis-*`, `api-*>redis`. */
  mayHurt: z.array(text).min(1),
  /** Parts whose data may be destroyed for good. Default: none. */
  mayLose: z.array(text).default([]),
  /** Hosts that look like production, and may be hurt all the same. Default: none. */
  production: z.array(text).default([]),
})

export const labConfigShape = z.strictObject({ external: externalShape })

/** What `lab.config.ts` exports. */
export type LabConfig = z.input<typeof labConfigShape>
export type ExternalConfig = z.infer<typeof externalShape>
export type ExternalPart = z.infer<typeof partShape>
export type ExternalProcessConfig = z.infer<typeof processShape>

/** The same, held to its type: `export default labConfig({ external: { … } })`. */
export function labConfig(config: LabConfig): LabConfig {
  return config
}
