/** An answer other than success, in Toxiproxy's words where it has them. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** How the answer's body says it: `{"error", "status"}`, or the bare words. */
  readonly form: 'json' | 'words'

  constructor(status: number, message: string, form: 'json' | 'words' = 'json') {
    super(message)
    this.status = status
    this.form = form
  }

  static badRequest(detail: string): ApiError {
    return new ApiError(400, `bad request body: ${detail}`)
  }

  static missing(field: string): ApiError {
    return new ApiError(400, `missing required field: ${field}`)
  }
}

export const proxyNotFound = () => new ApiError(404, 'proxy not found')
export const proxyExists = () => new ApiError(409, 'proxy already exists')
export const toxicNotFound = () => new ApiError(404, 'toxic not found')
export const toxicExists = () => new ApiError(409, 'toxic already exists')
export const invalidToxicType = () => new ApiError(400, 'invalid toxic type')
export const invalidStream = () =>
  new ApiError(400, 'stream was invalid, can be either upstream or downstream')
