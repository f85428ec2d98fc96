"""Text encoders as int8 ONNX: running one, and the base encoder that ships with the program."""
