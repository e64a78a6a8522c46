/** The kinds of frames that bring a subscriber its messages. */
export const pubSub = ['message', 'pmessage', 'smessage']
