import { type MessageAction, PASS } from '../contracts/message-stage.ts'

/** What shall happen to a message, and whom to tell when it does. */
export interface Decision {
  readonly action: MessageAction
  landed(): void
}

/** For decisions that no toxic made. */
export const nobody = (): void => {}

export const PASSES: Decision = { action: PASS, landed: nobody }
