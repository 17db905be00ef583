/** Whether a text can name a barcode or gene: not empty, no white space around it, no control character (such as 0) in it. */
export function isName(text: string): boolean {
  return text !== '' && text.trim() === text && !/\p{Cc}/u.test(text);
}
