import { z } from 'zod'
import { ApiError } from '../base/api-error.ts'
import { explainIssues } from '../base/explain-issues.ts'
import { foldCase } from '../base/fold-case.ts'

/** Of a proxy or a toxic: one that later calls can reach. */
export const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^/\p{Cc}]+$/u, 'must have no slash and no control character')
  .refine(text => text !== '.' && text !== '..', 'must be more than dots')
  .refine(text => text.isWellFormed(), 'must be no half of a surrogate pair')

/**
 * A body by its schema: its own fields in any case of letters, those within them as they are written.
 * @throws {ApiError} 400 with the name of each field that is wrong.
 */
export function parseBody<T extends z.ZodObject>(
  schema: T,
  body: unknown,
  where = '',
): z.output<T> {
  return parse(schema, foldCase(body, Object.keys(schema.shape)), where)
}

/** A value by its schema; `field` and `where` are for the error. */
export function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where = '',
  field?: string,
): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw ApiError.badRequest(explainIssues(parsed.error, schema, field) + where)
}
