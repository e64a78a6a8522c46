/** Set to `stdin`, a command of the lab ends in order when its standard input does. */
export const lifeline = 'LAB_LIFELINE'
