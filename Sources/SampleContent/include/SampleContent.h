extern const unsigned char sample_content_placeholder[];
