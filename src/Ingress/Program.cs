Console.WriteLine("ingress");
return 0;
