"""The life of an image: sequences of real operations by QEMU's tools, each step judged by the model and by QEMU."""
