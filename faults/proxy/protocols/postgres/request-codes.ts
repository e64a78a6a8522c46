/** What a start-up message may ask for in place of a version of the protocol. */
export const requestCodes = { cancel: 80877102, ssl: 80877103, gss: 80877104 } as const
