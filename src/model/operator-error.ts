/** Something that whoever started the program can mend. Its message says all there is to say: value, place and cure. */
export class OperatorError extends Error {
  /** 2 when the command line or the configuration cannot be used, 1 when something stands in the way. */
  readonly exitCode: 1 | 2 = 1;
}
