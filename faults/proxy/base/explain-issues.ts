import type { z } from 'zod'

/** `attributes.latency: must be …; …`, one clause per issue, each with its field's name. */
export function explainIssues(error: z.ZodError, prefix?: string): string {
  return error.issues
    .map(issue => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined]
      return keys
        .map(key => {
          const path = [prefix, ...issue.path, key].filter(part => part !== undefined)
          return `${path.join('.') || 'body'}: ${key === undefined ? issue.message : 'unknown field'}`
        })
        .join('; ')
    })
    .join('; ')
}
