import type { Linked } from '../../../lab/model/capability.ts'
import { cutBody } from '../../http/cut-body.ts'
import { cutRequest } from '../../http/cut-request.ts'
import { delayResponse } from '../../http/delay-response.ts'
import { doubleRequest } from '../../http/double-request.ts'
import { httpError } from '../../http/http-error.ts'
import { loseResponse } from '../../http/lose-response.ts'
import { slowBody } from '../../http/slow-body.ts'
import { tooManyRequests } from '../../http/too-many-requests.ts'
import { thePart } from '../system-of.ts'

const part = thePart<Linked>()

/** Every fault at a message of HTTP. */
export const faults = [
  httpError(part, 503),
  tooManyRequests(part, '3s'),
  slowBody(part, 1),
  cutBody(part, 3),
  loseResponse(part),
  cutRequest(part),
  delayResponse(part, '1m'),
  doubleRequest(part),
]
