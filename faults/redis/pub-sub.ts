/** The kinds of frames that bring a subscriber its messages. */
export const pubSub = ['message', 'pmessage', 'smessage']

/** Which messages to subscribers. */
export interface MessageMatch {
  /** A glob, or a list of them. */
  channel?: string | string[]
}
