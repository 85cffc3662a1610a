/** The shortest staff password the server takes. */
export const passwordChars = 8;
