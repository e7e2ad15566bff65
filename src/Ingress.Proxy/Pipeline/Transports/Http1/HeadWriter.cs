using System.Buffers;
using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Bytes of a head while it is put together, in a rented array that grows.</summary>
internal sealed class HeadWriter(int size)
{
    private byte[] array = ArrayPool<byte>.Shared.Rent(size);
    private int length;

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => array.AsMemory(0, length);

    /// <summary>Adds text of one byte a character.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        length += Encoding.Latin1.GetBytes(text, array.AsSpan(length));
    }

    /// <summary>Adds bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(array.AsSpan(length));
        length += bytes.Length;
    }

    /// <summary>Gives the array back; nothing may be written or read afterwards.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(array);

    private void Reserve(int more)
    {
        if (array.Length - length >= more)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(array.Length * 2, length + more));
        array.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(array);
        array = larger;
    }
}
