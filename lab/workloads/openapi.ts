import { resolve } from 'node:path'
import type { OpenAPIBackend } from 'openapi-backend'
import { LabError, messageOf } from '../base/errors.ts'

/** A description that was read, all its references followed, each operation with an id. */
export type OpenApi = OpenAPIBackend

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/**
 * Reads an OpenAPI description (3.0 or 3.1, YAML or JSON, with references to other files), and validates it.
 * @throws {LabError} `broken-openapi`, wrong usage.
 */
export async function readOpenApi(file: string, cwd: string): Promise<OpenApi> {
  // With it comes Ajv: loaded only where it is used.
  const { OpenAPIBackend } = await import('openapi-backend')
  const path = resolve(cwd, file)
  try {
    const found = new OpenAPIBackend({ definition: path, strict: true, validate: false })
    await found.init()
    nameOperations(found.definition)
    const ajvOpts = { strict: false, validateFormats: false, logger: false } as const
    // Quick: it was validated already. Requests are held to their schemas as they come.
    return await new OpenAPIBackend({ definition: found.definition, quick: true, ajvOpts }).init()
  } catch (cause) {
    throw new LabError(
      {
        code: 'broken-openapi',
        expected: `${path} to be an OpenAPI description, 3.0 or 3.1`,
        found: messageOf(cause).slice(0, 500),
        why: 'What it describes is played from it, or asked for by it.',
        next: 'Correct the path or the description; its own validator tells more.',
        cause,
      },
      'usage',
    )
  }
}

/** Those without an id are called as people call them: `POST /charges/{id}`. */
function nameOperations({ paths = {} }: OpenApi['definition']): void {
  for (const [path, item] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = item?.[method]
      if (operation) operation.operationId ??= `${method.toUpperCase()} ${path}`
    }
  }
}
