/** The version written into what people take out of the app; the same as in package.json, which a test compares. */
export const programVersion = '0.1.0';
