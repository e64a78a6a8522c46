import { z } from 'zod'

/** What the lab and its guardian say to each other: one JSON value per line, over the pipes. */

const spec = z.object({
  name: z.string(),
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().optional(),
  logFile: z.string(),
  unprivileged: z.boolean().optional(),
  stopSignal: z.string().optional(),
  stopWithinMs: z.number().optional(),
})

const call = { id: z.int(), server: z.int() }
/** Counts the starts of a server from 1: an exit may overtake the answer to a start. */
const incarnation = z.int()

export const request = z.discriminatedUnion('do', [
  z.object({ do: z.literal('spawn'), ...call, incarnation, spec }),
  z.object({ do: z.literal('restart'), ...call, incarnation }),
  z.object({ do: z.literal('kill'), ...call }),
  z.object({ do: z.literal('stop'), ...call }),
  z.object({ do: z.literal('pause'), ...call }),
  z.object({ do: z.literal('resume'), ...call }),
  z.object({ do: z.literal('signal'), ...call, signal: z.string() }),
  z.object({ do: z.literal('finish'), id: z.int() }),
])
export type Request = z.infer<typeof request>
export type ServerRequest = Exclude<Request, { do: 'finish' }>
export type SpawnSpec = z.infer<typeof spec>

export const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), pid: z.int(), startedAt: z.string() }),
  z.object({
    kind: z.literal('done'),
    id: z.int(),
    process: z.object({ pid: z.int(), startedAt: z.string() }).optional(),
    problems: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal('failed'), id: z.int(), error: z.string() }),
  z.object({
    kind: z.literal('exited'),
    server: z.int(),
    incarnation,
    code: z.int().nullable(),
    signal: z.string().nullable(),
  }),
])
export type Answer = z.infer<typeof answer>
