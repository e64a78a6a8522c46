import { z } from 'zod'

/**
 * `attributes.latency: must be …; …`, one clause per issue, each with its field's name; a field that
 * the schema does not have with those that it has.
 */
export function explainIssues(error: z.ZodError, schema: z.ZodType, prefix?: string): string {
  return error.issues
    .flatMap(issue => {
      const path = [prefix, ...issue.path].filter(part => part !== undefined)
      if (issue.code !== 'unrecognized_keys') {
        return `${path.join('.') || 'body'}: ${issue.message}`
      }
      const known = fieldsAt(schema, issue.path)
      const has = known.length > 0 ? `, known are ${known.join(', ')}` : ''
      return issue.keys.map(key => `${[...path, key].join('.')}: unknown field${has}`)
    })
    .join('; ')
}

/** The fields of the object that stands there; none where the schema is not that of one object. */
function fieldsAt(schema: unknown, [part, ...rest]: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return fieldsAt(schema.unwrap(), part === undefined ? [] : [part, ...rest])
  }
  if (!(schema instanceof z.ZodObject)) return []
  const shape: Readonly<Record<PropertyKey, unknown>> = schema.shape
  return part === undefined ? Object.keys(schema.shape) : fieldsAt(shape[part], rest)
}
