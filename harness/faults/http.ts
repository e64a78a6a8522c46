/** Faults at single HTTP requests and answers. */
export { cutBody } from '../../faults/http/cut-body.ts'
export { cutRequest } from '../../faults/http/cut-request.ts'
export { delayResponse } from '../../faults/http/delay-response.ts'
export { doubleRequest } from '../../faults/http/double-request.ts'
export { httpError } from '../../faults/http/http-error.ts'
export { loseResponse } from '../../faults/http/lose-response.ts'
export { slowBody } from '../../faults/http/slow-body.ts'
export { tooManyRequests } from '../../faults/http/too-many-requests.ts'
