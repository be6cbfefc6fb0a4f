#ifndef SAMPLE_CONTENT_H
#define SAMPLE_CONTENT_H

#include <stddef.h>

/// The recorded community, gzip; pack.py says what is inside.
const unsigned char *sample_content_bytes(void);
/// Its length in bytes.
size_t sample_content_length(void);

#endif
