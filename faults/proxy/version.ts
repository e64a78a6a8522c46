/** Toxiproxy's version whose API this speaks, and ours behind it as build metadata. */
export const VERSION = '2.12.0+lab.0.1.0'
