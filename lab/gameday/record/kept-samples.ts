/** Samples that a page has at most, one a second: what the server keeps for whoever opens it. */
export const keptSamples = 900
