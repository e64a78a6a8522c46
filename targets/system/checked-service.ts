import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'

const calls = z.custom(value => typeof value === 'function', 'expected a function')

const fields = z.strictObject({
  command: z.string("expected a command such as 'node server.js'"),
  instances: z.number().optional(),
  ready: calls.optional(),
  env: calls.optional(),
  switches: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  cwd: z.string().optional(),
  port: z.number().optional(),
  speaks: z.string().optional(),
  logs: z.union([z.string(), calls]).optional(),
  restarts: z.boolean().optional(),
  stopWithin: z.string().optional(),
})

/**
 * The options of a service, where no compiler has looked at them: a JavaScript file.
 * @throws {LabError} `wrong-service`, wrong usage, with each field that is unknown or of another kind.
 */
export function checkedService<Options>(options: Options): Options {
  const { error } = fields.safeParse(options)
  if (!error) return options
  throw new LabError(
    {
      code: 'wrong-service',
      expected: `service() to be given ${Object.keys(fields.shape).join(', ')}`,
      found: z.prettifyError(error).replaceAll('\n', '\n           '),
      why: 'What is not understood would be left out in silence.',
      next: 'Correct these fields; only command is needed.',
    },
    'usage',
  )
}
