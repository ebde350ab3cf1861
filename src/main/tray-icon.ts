/** Three candles, 16 × 16, as a data URL: small enough to need no file beside the program. */
export const trayIcon =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAALUlEQVR42mNgGNTAa/H//yBMPwPQNQw+A77O4/4PwiPJAHQwBAwgBAbeAGwAAIbqkkFGscnHAAAAAElFTkSuQmCC'
