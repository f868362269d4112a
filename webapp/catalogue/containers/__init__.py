"""What a picture file says about itself, read by hand and within bounds.

One module per container family. Each `read` walks the structure of an untrusted file in pure
Python, reads no more than it needs, decodes no pixel, and checks that the file is there to its end.
The web process therefore runs no image library on bytes from strangers; decoding is the sandbox's
work.
"""
