/** One blue pixel, a PNG in base64. */
export const PNG: string = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNgSDsDAAGcATPfT7MVAAAAAElFTkSuQmCC';

/** A millisecond of silence, a WAV in base64. */
export const WAV: string = 'UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==';
