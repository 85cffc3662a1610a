/** The shortest staff password the console sends; the server decides in the end. */
export const passwordChars = 10;
